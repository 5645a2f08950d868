// Shows what came back in the fragment, which never reaches the server.
const list = document.getElementById('parameters');
const fragment = new URLSearchParams(location.hash.slice(1).replaceAll('+', '%2B'));
for (const [name, value] of fragment) {
  const row = document.createElement('div');
  const term = document.createElement('dt');
  const text = document.createElement('dd');
  const code = document.createElement('code');
  term.textContent = name;
  code.textContent = value;
  text.className = 'long';
  text.tabIndex = 0;
  text.append(code);
  row.append(term, text);
  list.append(row);
}
const token = fragment.get('access_token');
if (token && /^[\w.~-]+$/.test(token)) { // it goes into a command that people copy
  const command = document.getElementById('command');
  command.textContent = command.textContent.replace('ACCESS_TOKEN', token);
  document.getElementById('use').hidden = false;
}
if (list.children.length > 0) document.getElementById('nothing').hidden = true;
