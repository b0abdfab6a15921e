const run = require('./run.cjs');

run(require(process.env.SDK), require(process.env.BRIDGE));
