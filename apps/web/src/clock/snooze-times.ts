export type SnoozeChoice = { id: 'hour' | 'afternoon' | 'tomorrow' | 'monday'; at: Date }

/**
 * The offered ends of a snooze, in the reader's own time: in an hour, 14:00 today while that is still an hour away, tomorrow 9:00,
 * Monday 9:00 (left out when tomorrow is Monday).
 */
export function snoozeChoices(now: number): SnoozeChoice[] {
  const choices: SnoozeChoice[] = [{ id: 'hour', at: new Date(now + 3_600_000) }]
  const afternoon = at(now, 0, 14)
  if (afternoon.getTime() > now + 3_600_000) choices.push({ id: 'afternoon', at: afternoon })
  choices.push({ id: 'tomorrow', at: at(now, 1, 9) })
  const untilMonday = (8 - new Date(now).getDay()) % 7 || 7
  if (untilMonday > 1) choices.push({ id: 'monday', at: at(now, untilMonday, 9) })
  return choices
}

function at(now: number, days: number, hour: number): Date {
  const day = new Date(now)
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, hour)
}
