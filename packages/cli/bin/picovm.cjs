#!/usr/bin/env node
// Committed, so that package managers can link the command before the package is built. CommonJS, because Node starts it
// some milliseconds sooner than an ES module.
require('node:module').enableCompileCache?.(); // Node 22 and newer
require('../dist/main.cjs');
