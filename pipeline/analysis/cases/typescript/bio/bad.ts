import { useEffect, useState } from "react";

export function useBio(id: string): string {
  const [bio, setBio] = useState("");
  useEffect(() => {
    fetch(`/api/bios/${encodeURIComponent(id)}`)
      .then((answer) => answer.text())
      .then(setBio);
  }, [id]);
  return bio;
}

export function showBio(target: HTMLElement, bio: string): void {
  target.innerHTML = bio;
}
