/** The product's sign. Decorative, a name stands beside it. */
export function BrandMark() {
  return (
    <span className="mark">
      <svg className="i" viewBox="0 0 24 24" aria-hidden="true">
        <path d="M20 18v-2a4 4 0 0 0-4-4H4m5 5-5-5 5-5" />
      </svg>
    </span>
  )
}
