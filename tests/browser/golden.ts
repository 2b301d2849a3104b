/** One example of each frame. Written by `python -m tests.wire.examples`: change it there. */

import type { ChildFrame, StaffFrame, ToChild, ToStaff } from "../../browser/frames.ts";

export const child: readonly ChildFrame[] = [
  {"t":"hello","token":"tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt","epoch":"eeeeeeeeeeeeeeeeeeeeee","seq":7},
  {"t":"worked","puzzle":{"nonce":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","salt":"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b","cost":2000,"prefix":"3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a","until":1798761600,"signature":"0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c"},"counter":117,"key":"3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a"},
  {"t":"join","key":"BAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=","language":"nn","about":"other","danger":true},
  {"t":"danger"},
  {"t":"language","language":"en"},
  {"t":"key","key_id":"kkkkkkkkkkkkkkkkkkkkkk","key":"BAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="},
  {"t":"say","id":"iiiiiiiiiiiiiiiiiiiiii","n":3,"box":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/wEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="},
  {"t":"typing","on":true},
  {"t":"seen","delivered":7,"read":6},
  {"t":"range","after":5},
  {"t":"end","fast":true},
  {"t":"ping","seq":7},
];

export const to_child: readonly ToChild[] = [
  {"t":"work","puzzle":{"nonce":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","salt":"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b","cost":2000,"prefix":"3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a","until":1798761600,"signature":"0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c"}},
  {"t":"welcome","conversation":"cccccccccccccccccccccc","token":"tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt","epoch":"eeeeeeeeeeeeeeeeeeeeee","seq":7,"state":"talking","recovered":true,"n":4},
  {"t":"position","place":3,"low":10,"high":25},
  {"t":"paired","alias":"Mia","key_id":"kkkkkkkkkkkkkkkkkkkkkk","key":"BAMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM="},
  {"t":"said","id":"iiiiiiiiiiiiiiiiiiiiii","seq":8,"at":1798761600000},
  {"t":"message","seq":7,"role":"counsellor","id":"iiiiiiiiiiiiiiiiiiiiii","n":2,"at":1798761600000,"box":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/wEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="},
  {"t":"history","after":5,"messages":[{"t":"message","seq":6,"role":"child","id":"jjjjjjjjjjjjjjjjjjjjjj","n":3,"at":1798761540000,"box":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/wEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="},{"t":"message","seq":7,"role":"counsellor","id":"iiiiiiiiiiiiiiiiiiiiii","n":2,"at":1798761600000,"box":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/wEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="}],"more":true},
  {"t":"typing","on":true},
  {"t":"seen","delivered":8,"read":7},
  {"t":"counsellor_lost","waiting":true},
  {"t":"closing_soon","at":1798761600000},
  {"t":"planned","at":1798761600000},
  {"t":"ended","by":"counsellor"},
  {"t":"closed","opens_at":1798761600000},
  {"t":"refused","what":"say","why":"not_now","id":"iiiiiiiiiiiiiiiiiiiiii"},
  {"t":"pong","seq":8},
];

export const staff: readonly StaffFrame[] = [
  {"t":"hello","ticket":"tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt","key":"BAMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM="},
  {"t":"free","room":2},
  {"t":"away"},
  {"t":"take","conversation":"cccccccccccccccccccccc"},
  {"t":"decline","conversation":"cccccccccccccccccccccc"},
  {"t":"open","conversation":"cccccccccccccccccccccc","after":5},
  {"t":"say","conversation":"cccccccccccccccccccccc","id":"iiiiiiiiiiiiiiiiiiiiii","n":2,"box":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/wEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="},
  {"t":"typing","conversation":"cccccccccccccccccccccc","on":true},
  {"t":"seen","conversation":"cccccccccccccccccccccc","delivered":8,"read":8},
  {"t":"range","conversation":"cccccccccccccccccccccc","after":5},
  {"t":"end","conversation":"cccccccccccccccccccccc"},
  {"t":"no_child","conversation":"cccccccccccccccccccccc"},
  {"t":"plan","conversation":"cccccccccccccccccccccc","minutes":10},
  {"t":"register","conversation":"cccccccccccccccccccccc","box":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/wEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="},
  {"t":"here"},
  {"t":"ping"},
];

export const to_staff: readonly ToStaff[] = [
  {"t":"welcome","name":"Kari Nordmann","registrar_key":"BAMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=","now":1798761600000},
  {"t":"desk","free":true,"room":2,"offer":{"conversation":"cccccccccccccccccccccc","language":"se","about":"me","danger":true,"lost":false,"since":1798761600000,"until":1798761645000},"talks":[{"conversation":"iiiiiiiiiiiiiiiiiiiiii","state":"talking","language":"nb","about":"unsaid","danger":false,"since":1798761600000,"here":true,"seq":7,"ended_by":null,"run_until":null,"planned":null,"ended":null}]},
  {"t":"line","count":1,"longest":1798761600000,"first":[{"conversation":"cccccccccccccccccccccc","place":1,"since":1798761600000,"language":"nb","about":"me","danger":false,"lost":false}],"open":true,"free":1,"unconfirmed":2,"attack":true},
  {"t":"key","conversation":"cccccccccccccccccccccc","key_id":"kkkkkkkkkkkkkkkkkkkkkk","key":"BAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="},
  {"t":"said","conversation":"cccccccccccccccccccccc","id":"iiiiiiiiiiiiiiiiiiiiii","seq":8,"at":1798761600000},
  {"t":"message","conversation":"cccccccccccccccccccccc","seq":6,"role":"child","id":"iiiiiiiiiiiiiiiiiiiiii","n":3,"at":1798761600000,"box":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/wEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="},
  {"t":"history","conversation":"cccccccccccccccccccccc","epoch":"eeeeeeeeeeeeeeeeeeeeee","after":5,"n":3,"messages":[{"t":"message","seq":6,"role":"child","id":"jjjjjjjjjjjjjjjjjjjjjj","n":3,"at":1798761540000,"box":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/wEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="},{"t":"message","seq":7,"role":"counsellor","id":"iiiiiiiiiiiiiiiiiiiiii","n":2,"at":1798761600000,"box":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/wEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="}]},
  {"t":"typing","conversation":"cccccccccccccccccccccc","on":false},
  {"t":"seen","conversation":"cccccccccccccccccccccc","delivered":7,"read":7},
  {"t":"registered","conversation":"cccccccccccccccccccccc"},
  {"t":"session_ends","at":1798761600000,"last":true},
  {"t":"refused","what":"take","why":"taken","conversation":"cccccccccccccccccccccc"},
  {"t":"pong"},
];
