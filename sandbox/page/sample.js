/** A small picture made on the spot, for testers who have none at hand. */

export function samplePicture() {
    const canvas = document.createElement("canvas");
    canvas.width = 480;
    canvas.height = 320;
    const pen = canvas.getContext("2d");
    const sky = pen.createLinearGradient(0, 0, 0, 320);
    sky.addColorStop(0, "#f6b26b");
    sky.addColorStop(1, "#f9e2c7");
    pen.fillStyle = sky;
    pen.fillRect(0, 0, 480, 320);
    pen.fillStyle = "#fff6d8";
    pen.beginPath();
    pen.arc(340, 120, 42, 0, 7);
    pen.fill();
    for (const [x, height, colour] of [
        [-60, 150, "#7a8fb8"],
        [130, 190, "#5b6fa3"],
        [300, 130, "#43568c"],
    ]) {
        pen.fillStyle = colour;
        pen.beginPath();
        pen.moveTo(x, 320);
        pen.lineTo(x + 130, 320 - height);
        pen.lineTo(x + 280, 320);
        pen.fill();
    }
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
