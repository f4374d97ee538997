"""May we call? The permission policy for calls to WhatsApp users. Imports nothing of ours and does no I/O."""
