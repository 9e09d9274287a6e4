const express = require("express");
const mysql = require("mysql2/promise");

const app = express();
const pool = mysql.createPool({ host: "localhost", database: "shop" });

app.get("/orders", async (req, res) => {
  const customer = req.query.customer;
  const sql = `SELECT id, total FROM orders WHERE customer = '${customer}' ORDER BY id`;
  const [rows] = await pool.query(sql);
  res.json(rows);
});

app.listen(3000);
