import { Modal } from "@mantine/core";
import type { Shortcut } from "@/editor/shortcuts";
import { type MessageKey } from "@/kit/messages/en";
import { useSaid, useSay } from "@/kit/say";
import { Chord } from "@/ui/Keys";

/** Every key of the page and of the editor, from the same lists that they listen to. */
export function Help({ opened, onClose, groups }: { opened: boolean; onClose: () => void; groups: [title: MessageKey, keys: readonly Shortcut[]][] }) {
  const say = useSay();
  const said = useSaid();
  return (
    <Modal opened={opened} onClose={onClose} title={say("label.keys")} size="lg" closeButtonProps={{ "aria-label": say("close") }}>
      {groups.map(([title, keys]) => (
        <section key={title}>
          <h3 className="help-title">{say(title)}</h3>
          <dl className="help">
            {keys.map((k) => (
              <div key={k.id}>
                <dt><Chord keys={k.shown ?? k.keys[0] ?? ""} /></dt>
                <dd>{said(k.say) ?? k.say}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Modal>
  );
}
