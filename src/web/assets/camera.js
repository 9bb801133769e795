// The camera of a phone or a tablet as a scanner: a button next to each field for codes, if there is a camera.
"use strict";
(() => {
  if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) return;
  let seeing = null;

  const stop = () => {
    if (!seeing) return;
    seeing.ended = true;
    for (const track of seeing.stream ? seeing.stream.getTracks() : []) track.stop();
    seeing.box.remove();
    seeing.button.hidden = false;
    seeing = null;
  };

  // What decodes the picture: the browser itself if it can, else a script that is loaded now.
  const reader = async () => {
    if ("BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
      const detector = new BarcodeDetector({ formats: ["qr_code"] });
      return async (video) => (await detector.detect(video))[0]?.rawValue;
    }
    if (!window.jsQR) {
      await new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = "/assets/jsqr.js";
        script.onload = resolve;
        script.onerror = reject;
        document.head.append(script);
      });
    }
    const canvas = document.createElement("canvas");
    const paper = canvas.getContext("2d", { willReadFrequently: true });
    return async (video) => {
      const scale = Math.min(1, 800 / video.videoWidth);
      canvas.width = video.videoWidth * scale;
      canvas.height = video.videoHeight * scale;
      paper.drawImage(video, 0, 0, canvas.width, canvas.height);
      const seen = paper.getImageData(0, 0, canvas.width, canvas.height);
      return window.jsQR(seen.data, seen.width, seen.height)?.data;
    };
  };

  const start = async (form, button) => {
    stop();
    const box = document.createElement("div");
    box.className = "camera";
    const video = document.createElement("video");
    video.muted = true;
    video.playsInline = true;
    video.setAttribute("aria-label", "What the camera sees");
    const text = document.createElement("p");
    text.className = "help";
    text.setAttribute("role", "status");
    text.textContent = "Hold the code of the letter in front of the camera.";
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn";
    close.textContent = "Close the camera";
    close.addEventListener("click", () => { stop(); form.q.focus(); });
    box.append(video, text, close);
    button.after(box);
    button.hidden = true;
    const mine = { box, button, stream: null, ended: false };
    seeing = mine;
    try {
      mine.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
      // Closed while the browser asked for permission.
      if (mine.ended) { for (const track of mine.stream.getTracks()) track.stop(); return; }
      video.srcObject = mine.stream;
      await video.play();
      const see = await reader();
      while (!mine.ended) {
        const code = video.videoWidth ? await see(video) : "";
        if (code && !mine.ended) {
          stop();
          form.q.value = code;
          form.requestSubmit();
          return;
        }
        await new Promise((resolve) => { setTimeout(resolve, 120); });
      }
    } catch {
      video.remove();
      text.textContent = "The camera cannot be used. Allow it for this page in the settings of the browser, or type the code.";
    }
  };

  const offer = () => {
    stop();
    for (const form of document.querySelectorAll("main form[role=search]")) {
      if (form.querySelector(".scan")) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn scan";
      button.textContent = "Scan with the camera";
      button.addEventListener("click", () => start(form, button));
      form.querySelector(".ask-row").after(button);
    }
  };
  document.addEventListener("till:shown", offer);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") stop(); });
  window.addEventListener("pagehide", stop);
  offer();
})();
