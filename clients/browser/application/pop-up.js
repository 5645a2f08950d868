// The page where a sign-in in a window of its own ends: it hands the answer over, as the SDK's documentation says.
if (window.opener) {
	window.opener.postMessage({ name: 'gc_auth_popup', type: 'message', hash: location.hash, search: location.search }, location.origin);
} else {
	document.getElementById('outcome').textContent = 'This window has lost the one that opened it.';
}
