const express = require("express");

const app = express();
app.use(express.json());

app.post("/settings", (req, res) => {
  const settings = eval("(" + req.body.settings + ")");
  if (typeof settings.theme !== "string") {
    res.status(400).json({ error: "theme is missing" });
    return;
  }
  res.json({ theme: settings.theme });
});

app.listen(3000);
