const crypto = require("crypto");
const express = require("express");

const app = express();

app.post("/login", (req, res) => {
  const session = crypto.randomBytes(32).toString("hex");
  res.cookie("session", session, {
    httpOnly: false,
    secure: true,
    sameSite: "lax",
  });
  res.redirect("/home");
});

app.listen(3000);
