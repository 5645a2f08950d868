// Sends the one form of the page on; without it, its button does.
document.getElementById('submit').submit();
