import { File, FileText, Film, Image, Music } from 'lucide-react'

/** What stands for a file of which there is no likeness. Decorative: its name stands beside it. */
export function FileIcon({ type }: { type: string }) {
  const Icon = icons[type.split('/')[0]!] ?? (type === 'application/pdf' ? FileText : File)
  return <Icon className="i" aria-hidden="true" />
}

const icons: Record<string, typeof File> = { image: Image, video: Film, audio: Music, text: FileText }
