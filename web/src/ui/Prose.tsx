import { lazy, Suspense } from "react";

const Markdown = lazy(() => import("react-markdown"));

/** Markdown without raw HTML; pictures from elsewhere are not fetched, so that reading tells nobody anything. */
export const Prose = ({ children }: { children: string }) => (
  <div className="prose">
    <Suspense fallback={<p style={{ whiteSpace: "pre-wrap" }}>{children}</p>}>
      <Markdown skipHtml components={{ img: ({ alt }) => <em>{alt}</em>, a: ({ href, children: inside }) => (
        <a href={href} target="_blank" rel="noopener noreferrer nofollow">{inside}</a>) }}>
        {children}
      </Markdown>
    </Suspense>
  </div>
);
