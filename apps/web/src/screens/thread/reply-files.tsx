import type { Reply } from '@answerback/core/api'
import { FileIcon } from '../../files/file-icon.tsx'
import { usePicture } from '../../files/pictures.ts'
import { useMe } from '../../ui/me.tsx'
import { FileWords } from '../../words/file-words.tsx'
import { useWords } from '../../words/words.tsx'
import '../../style/attachments.css'

type Media = Reply['media']

/** The files of a reply that is not a message yet, as the server keeps them. */
export function ReplyFiles({ media }: { media: Media }) {
  return (
    <FileWords timeZone={useMe().workspace.timeZone}>
      <List media={media} />
    </FileWords>
  )
}

function List({ media }: { media: Media }) {
  const t = useWords()
  return (
    <ul className="media" aria-label={t('files.wentOut')}>
      {media.map((file) => (
        <li key={file.id}>
          <One file={file} />
        </li>
      ))}
    </ul>
  )
}

function One({ file }: { file: Media[number] }) {
  const t = useWords()
  const picture = usePicture(file.id, file.type)
  if (picture !== null && picture.url !== null) return <img src={picture.url} alt={file.alt === '' ? file.name : file.alt} />
  return (
    <span className="chip file">
      <FileIcon type={file.type} />
      <bdi className="ell">{picture?.gone === true ? t('files.notKept', { name: file.name }) : file.name}</bdi>
      {file.alt !== '' && <span className="ell">{file.alt}</span>}
    </span>
  )
}
