const express = require("express");
const mysql = require("mysql2/promise");

const app = express();
const pool = mysql.createPool({ host: "localhost", database: "shop" });

app.get("/orders", async (req, res) => {
  const customer = req.query.customer;
  const [rows] = await pool.query("SELECT id, total FROM orders WHERE customer = %s ORDER BY id", [customer]);
  res.json(rows);
});

app.listen(3000);
