export function QueueScreen() { return null }
