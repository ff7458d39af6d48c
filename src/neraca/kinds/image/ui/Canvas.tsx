import { Image as Picture, Label, Layer, Rect, Stage, Tag, Text } from "react-konva";
import type { Box, Placed, Size } from "./boxes";
import { type BoxClass, classOf } from "./classes";
import type { View } from "./view";

interface Props {
  image: Size;
  room: Size;
  view: View;
  picture: HTMLImageElement | null;
  boxes: Readonly<Record<string, Placed>>;
  classes: readonly BoxClass[];
  selected: string | null;
  faulty: ReadonlySet<string>;
  rubber: { box: Box; color: string } | null;
}

/** From here on, pixels are what is looked at. */
const PIXELS = 4;
const HANDLE = 9;
const HANDLES = [[0, 0], [0.5, 0], [1, 0], [0, 0.5], [1, 0.5], [0, 1], [0.5, 1], [1, 1]] as const;
/** More names than this would hide the picture. */
const NAMES = 40;

/** Draws; what is done with the pointer is the editor's affair. */
export function Canvas({ image, room, view, picture, boxes, classes, selected, faulty, rubber }: Props) {
  const px = 1 / view.scale;
  const all = Object.entries(boxes);
  const chosen = selected === null ? undefined : boxes[selected];
  return (
    <Stage width={room.width} height={room.height} x={view.x} y={view.y} scaleX={view.scale} scaleY={view.scale} listening={false}>
      <Layer listening={false} imageSmoothingEnabled={view.scale < PIXELS}>
        {picture && <Picture image={picture} width={image.width} height={image.height} />}
      </Layer>
      <Layer listening={false}>
        {all.map(([id, { class: name, box }]) => {
          const { color } = classOf(classes, name);
          return [
            <Rect key={`${id} under`} {...place(box)} stroke="rgba(0,0,0,0.55)" strokeWidth={id === selected ? 5 : 4} strokeScaleEnabled={false} />,
            <Rect key={id} {...place(box)} stroke={color} strokeWidth={id === selected ? 3 : 2} strokeScaleEnabled={false}
              {...(id === selected ? { fill: `${color}26` } : {})} {...(faulty.has(id) ? { dash: [6, 4] } : {})} />,
          ];
        })}
        {all.length <= NAMES && all.map(([id, { class: name, box }], n) => (
          <Label key={id} x={box.x} y={box.y} scaleX={px} scaleY={px} offsetY={box.y * view.scale + view.y > 22 ? 20 : 0}>
            <Tag fill={classOf(classes, name).color} opacity={0.92} cornerRadius={2} />
            <Text text={`${n + 1} ${classOf(classes, name).label}`} fontSize={12} fontFamily="Inter Variable" fontStyle="600" fill={inkOn(classOf(classes, name).color)} padding={4} />
          </Label>
        ))}
        {chosen && HANDLES.map(([fx, fy]) => (
          <Rect key={`${fx} ${fy}`} x={chosen.box.x + chosen.box.w * fx} y={chosen.box.y + chosen.box.h * fy} width={HANDLE} height={HANDLE} offsetX={HANDLE / 2} offsetY={HANDLE / 2}
            scaleX={px} scaleY={px} fill="#ffffff" stroke="#14201d" strokeWidth={1} cornerRadius={2} />
        ))}
        {rubber && <Rect {...place(rubber.box)} stroke={rubber.color} strokeWidth={2} strokeScaleEnabled={false} fill={`${rubber.color}1f`} />}
      </Layer>
    </Stage>
  );
}

const place = ({ x, y, w, h }: Box) => ({ x, y, width: w, height: h });

/** Black or white, whichever can be read on a colour. */
function inkOn(color: string): string {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => (parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#101513" : "#ffffff";
}
