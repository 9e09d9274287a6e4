import { randomBytes } from "node:crypto";

export interface Reset {
  token: string;
  requestId: string;
  expires: number;
}

export function newReset(now: number): Reset {
  return {
    token: Math.random().toString(36).slice(2),
    requestId: randomBytes(8).toString("hex"),
    expires: now + 15 * 60 * 1000,
  };
}
