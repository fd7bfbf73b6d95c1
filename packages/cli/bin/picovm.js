#!/usr/bin/env node
// Plain JavaScript and committed, so that package managers can link the command before the package is built.
import '../dist/main.js';
