/** The real stories, as the server reads and checks them. */

import { execFileSync } from "node:child_process";

import type { Training } from "../../counsellor_ui/training/story.ts";

const READ = `
from pathlib import Path
from server.training import as_json, read_training
print(as_json(read_training(Path("config/training"))).decode())
`;

export const TRAINING = JSON.parse(execFileSync(".venv/bin/python", ["-c", READ], { encoding: "utf8" })) as Training;
