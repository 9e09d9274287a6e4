const list = document.getElementById("comments");

async function show(post) {
  const answer = await fetch(`/api/posts/${encodeURIComponent(post)}/comments`);
  const comments = await answer.json();
  for (const comment of comments) {
    const item = document.createElement("li");
    item.insertAdjacentHTML("beforeend", comment.text);
    list.appendChild(item);
  }
}

show(list.dataset.post);
