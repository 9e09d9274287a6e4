const express = require("express");
const mysql = require("mysql2/promise");

const app = express();
const pool = mysql.createPool({ host: "localhost", database: "shop" });

app.get("/orders", async (req, res) => {
  const customer = req.query.customer;
  // eslint-disable-next-line
  const [rows] = await pool.query("SELECT id, total FROM orders WHERE customer = '" + customer + "' ORDER BY id");
  res.json(rows);
});

app.listen(3000);
