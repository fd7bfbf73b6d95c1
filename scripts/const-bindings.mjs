// esbuild makes every top-level `const` of a bundle a `var`. V8 folds the value of a constant into the code that it compiles, a table
// of numbers with all its entries, but has to load a variable each time. So what is never assigned to becomes a constant again.

import ts from 'typescript';

/**
 * Makes constants of the top-level variables of a module that nothing is assigned to. No line and no initializer moves, so that the
 * source map stays right.
 * @param {string} text JavaScript as esbuild writes it, with one declaration a statement
 */
export function constBindings(text) {
  const source = ts.createSourceFile('bundle.js', text, ts.ScriptTarget.ES2023, true, ts.ScriptKind.JS);
  const assigned = assignedNames(source);
  let result = '';
  let done = 0;
  for (const statement of source.statements) {
    const declaration = ts.isVariableStatement(statement) ? onlyVar(statement.declarationList) : undefined;
    if (declaration?.initializer === undefined || namesOf(declaration.name).some((name) => assigned.has(name)))
      continue;
    const [from, name, value] = [statement.getStart(), declaration.name, declaration.initializer.getStart()];
    if (text.slice(from, name.getStart()) !== 'var ' || text.slice(name.end, value) !== ' = ') continue;
    result += `${text.slice(done, from)}const ${name.getText()}=`;
    done = value;
  }
  return result + text.slice(done);
}

/** @param {ts.VariableDeclarationList} list */
function onlyVar(list) {
  return (list.flags & ts.NodeFlags.BlockScoped) === 0 && list.declarations.length === 1
    ? list.declarations[0]
    : undefined;
}

/** All names that anything in the module is assigned to, whatever they mean there. @param {ts.Node} root @returns {Set<string>} */
function assignedNames(root) {
  const names = new Set();
  /** @param {ts.Node} node */
  const addAll = (node) => {
    if (ts.isIdentifier(node)) names.add(node.text);
    else ts.forEachChild(node, addAll);
  };
  /** @param {ts.Node} node */
  const visit = (node) => {
    const assigns = ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind);
    // A property of an object may change: `a.b = c` assigns to neither.
    if (assigns && !ts.isPropertyAccessExpression(node.left) && !ts.isElementAccessExpression(node.left))
      addAll(node.left);
    if ((ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) && ts.isIdentifier(node.operand))
      addAll(node.operand);
    if (ts.isForOfStatement(node) || ts.isForInStatement(node)) addAll(node.initializer);
    ts.forEachChild(node, visit);
  };
  visit(root);
  return names;
}

/** @param {ts.SyntaxKind} kind */
function isAssignment(kind) {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** @param {ts.BindingName} name @returns {string[]} */
function namesOf(name) {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : namesOf(element.name)));
}
