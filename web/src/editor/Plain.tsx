import type { ShowProps } from "./kind-ui";

/** Parameters or an answer as JSON. */
export default function Plain({ params, answer }: ShowProps) {
  return <pre className="code plain-json">{JSON.stringify(answer ?? params, null, 2)}</pre>;
}
