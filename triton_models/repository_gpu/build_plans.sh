#!/bin/sh
set -eu
trtexec \
    --onnx=transducer_encoder/1/model.onnx \
    --saveEngine=transducer_encoder/1/model.plan \
    --fp16 \
    --minShapes=FEATURES:1x45x80,CACHE:1x462720,POSITION:1x1 \
    --optShapes=FEATURES:16x45x80,CACHE:16x462720,POSITION:16x1 \
    --maxShapes=FEATURES:64x45x80,CACHE:64x462720,POSITION:64x1 \
    --skipInference
trtexec \
    --onnx=transducer_decoder/1/model.onnx \
    --saveEngine=transducer_decoder/1/model.plan \
    --fp16 \
    --minShapes=TOKENS:1x2 \
    --optShapes=TOKENS:16x2 \
    --maxShapes=TOKENS:64x2 \
    --skipInference
trtexec \
    --onnx=transducer_joiner/1/model.onnx \
    --saveEngine=transducer_joiner/1/model.plan \
    --fp16 \
    --minShapes=FRAME:1x512,PREDICTED:1x512 \
    --optShapes=FRAME:16x512,PREDICTED:16x512 \
    --maxShapes=FRAME:64x512,PREDICTED:64x512 \
    --skipInference
trtexec \
    --onnx=speaker_segmentation/1/model.onnx \
    --saveEngine=speaker_segmentation/1/model.plan \
    --fp16 \
    --minShapes=samples:1x1x991 \
    --optShapes=samples:16x1x80000 \
    --maxShapes=samples:64x1x80000 \
    --skipInference
trtexec \
    --onnx=speaker_voice_print/1/model.onnx \
    --saveEngine=speaker_voice_print/1/model.plan \
    --fp16 \
    --minShapes=features:1x30x80 \
    --optShapes=features:16x149x80 \
    --maxShapes=features:64x298x80 \
    --skipInference
