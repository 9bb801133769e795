// nodemailer's pooled sender: messages of the same size, as fast as it takes them.
//   node nodemailer.js PORT CONNECTIONS MESSAGES SIZE
const nodemailer = require('nodemailer');
const [port, connections, messages, size] = process.argv.slice(2).map(Number);
const pool = nodemailer.createTransport({ host: '127.0.0.1', port, secure: false, ignoreTLS: true, pool: true, maxConnections: connections, maxMessages: Infinity });
const line = 'Dear friend, the tea that you liked so much is back, a tin is waiting.\n';
const text = line.repeat(Math.floor((size * 0.4) / line.length));
const html = `<p>${text}</p>`.repeat(1) + line;
(async () => {
  const began = process.hrtime.bigint();
  await Promise.all(Array.from({ length: messages }, (_, n) => pool.sendMail({
    from: 'June <june@example.com>', to: `Pat Person${n} <p${n}@example.com>`, subject: `Tea for Pat ${n}`, text: `Dear Pat ${n}\n${text}`, html,
  })));
  console.log(messages / (Number(process.hrtime.bigint() - began) / 1e9));
  pool.close();
})();
