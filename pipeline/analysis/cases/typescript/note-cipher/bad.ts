import { createCipheriv, randomBytes } from "node:crypto";

export interface Sealed {
  iv: Buffer;
  text: Buffer;
  tag: Buffer;
}

export function seal(key: Buffer, note: string): Sealed {
  const iv = randomBytes(8);
  const cipher = createCipheriv("des-ede3-cbc", key, iv);
  const text = Buffer.concat([cipher.update(note, "utf8"), cipher.final()]);
  return { iv, text, tag: Buffer.alloc(0) };
}
