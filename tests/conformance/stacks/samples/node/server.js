// Answers every request with how it was started.
const { createServer } = require("node:http");

const { HOST, PORT, ADMIN_PORT } = process.env;
createServer((request, response) => {
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ program: process.execPath, cwd: process.cwd(), extra: ADMIN_PORT }));
}).listen(Number(PORT), HOST);
