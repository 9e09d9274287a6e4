interface Invoice {
  id: string;
  total: number;
}

const apiKey: string = "fake-billing-key-not-real-0000";

export async function invoice(id: string): Promise<Invoice> {
  const answer = await fetch(`https://billing.example.com/invoices/${encodeURIComponent(id)}`, {
    headers: { Authorization: `Bearer ${apiKey}` },
  });
  if (!answer.ok) throw new Error(`billing answered ${answer.status}`);
  return (await answer.json()) as Invoice;
}
