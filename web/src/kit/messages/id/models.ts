import type { models as english } from "../en/models";

/** Yang diberitahukan kepada pengelola tentang model yang melabeli. */
export const models: Record<keyof typeof english, string> = {
  "models": "Model",
  "models.about": "Program Anda yang melabeli. Pekerja latar menanyainya, dan jawabannya berbobot sesuai mutunya.",
  "models.none": "Belum ada model",
  "models.none.about": "Tambahkan alamat program yang menjawab tugas; ia ditanyai dalam satu detik.",
  "model.name.example": "Sentimen v2",
  "model.url": "Alamat",
  "model.url.example": "https://example.com/label",
  "model.no-project": "Belum ada proyek",
  "model.add": "Tambah",
  "model.secret": "Rahasia yang menandatangani pertanyaan untuk model ini",
  "model.pause": "Jeda",
  "model.resume": "Lanjutkan",
  "model.remove": "Hapus",
  "model.remove.sure": "{name} tidak ditanyai lagi. Jawabannya tetap ada.",
  "model.limits": "{per_minute, number} per menit, {at_once, number} sekaligus",
  "model.flawed": "{count, plural, other {# jawaban cacat}}",
  "model.attach": "Tambahkan ke proyek",
  "model.detach": "Lepas",
  "model.again": "Beri kesempatan lagi",
  "model.sure": "Mengaku yakin",
  "state.failing": "Gagal terus",
};
