export const messages = {
  en: {
    "kind.choice": "Choice",
    "kind.choice.about": "One question, one answer out of several, about a picture or a text.",
    "choice.filter": "Find an option",
    "choice.none": "No option has this in its name.",
    "choice.key.choose": "Choose an option and hand in: the key beside it",
    "choice.key.filter": "Find an option by name, where there are many",
    "choice.picture": "The picture that the question is about",
  },
  id: {
    "kind.choice": "Pilihan",
    "kind.choice.about": "Satu pertanyaan, satu jawaban dari beberapa, tentang gambar atau teks.",
    "choice.filter": "Cari pilihan",
    "choice.none": "Tidak ada pilihan dengan nama ini.",
    "choice.key.choose": "Memilih dan langsung mengirim: tombol di sebelahnya",
    "choice.key.filter": "Mencari pilihan menurut nama, bila ada banyak",
    "choice.picture": "Gambar yang ditanyakan",
  },
};
export type ChoiceKey = keyof (typeof messages)["en"];
