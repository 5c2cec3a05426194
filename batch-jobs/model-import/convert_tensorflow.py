"""Keras .h5/.keras, TensorFlow SavedModel and TFLite to ONNX with tf2onnx. Runs in the container image; TensorFlow is not needed elsewhere."""
import os
import shutil
import zipfile

import numpy

from training.contract import Hopeless

HDF5 = b"\x89HDF\r\n\x1a\n"
MAX_FILES = 10000
MAX_BYTES = 16 << 30


def prepared(kind, source, work):
    """The source under the name, or as the folder, that TensorFlow expects."""
    if kind == "savedmodel":
        return unpacked(source, work)
    if kind != "keras":
        return source
    with open(source, "rb") as file:
        extension = ".h5" if file.read(len(HDF5)) == HDF5 else ".keras"
    if extension == ".keras" and not zipfile.is_zipfile(source):
        raise Hopeless("source: it is neither a Keras .h5 nor a .keras file")
    os.makedirs(work, exist_ok=True)
    # Keras goes by the extension.
    return shutil.copyfile(source, os.path.join(work, "model" + extension))


def unpacked(source, work):
    """The SavedModel's folder in a .zip; no entry may lead outside, and it may not unpack to more than a model's size."""
    if not zipfile.is_zipfile(source):
        raise Hopeless("source: a SavedModel must be a .zip of its folder")
    try:
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
            for entry in entries:
                if os.path.isabs(entry.filename) or ".." in entry.filename.replace("\\", "/").split("/"):
                    raise Hopeless("source: the archive names the file '%s' outside its folder" % entry.filename)
            if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_BYTES:
                raise Hopeless("source: the archive has more than %d files or %d bytes" % (MAX_FILES, MAX_BYTES))
            archive.extractall(work)
    except zipfile.BadZipFile as error:
        raise Hopeless("source: the archive is damaged: %s" % error) from error
    for folder, _, files in os.walk(work):
        if "saved_model.pb" in files:
            return folder
    raise Hopeless("source: the archive holds no saved_model.pb")


def import_tensorflow(kind, source, sample, path, opset):
    """Writes the ONNX model and returns what the original answers to the sample."""
    import tensorflow
    import tf2onnx.convert
    converter = {"tflite": _tflite, "keras": _keras, "savedmodel": _saved_model}[kind]
    try:
        return numpy.asarray(converter(tensorflow, tf2onnx.convert, source, sample, path, opset))
    except (MemoryError, Hopeless):
        raise
    except Exception as error:  # TensorFlow and tf2onnx raise many kinds for models that they do not take.
        raise Hopeless("source: it cannot be converted: %s: %s" % (type(error).__name__, error)) from error


def _tflite(tensorflow, convert, source, sample, path, opset):
    interpreter = tensorflow.lite.Interpreter(model_path=source)
    entry = _only("inputs", interpreter.get_input_details())
    answer = _only("outputs", interpreter.get_output_details())
    interpreter.resize_tensor_input(entry["index"], sample.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(entry["index"], sample)
    interpreter.invoke()
    expected = interpreter.get_tensor(answer["index"])
    convert.from_tflite(source, opset=opset, output_path=path)
    return expected


def _keras(tensorflow, convert, source, sample, path, opset):
    model = tensorflow.keras.models.load_model(source, compile=False)
    expected = model(sample, training=False)
    signature = [tensorflow.TensorSpec([None] + list(sample.shape[1:]), tensorflow.float32, name="input")]
    convert.from_keras(model, input_signature=signature, opset=opset, output_path=path)
    return expected


def _saved_model(tensorflow, convert, source, sample, path, opset):
    function = tensorflow.saved_model.load(source).signatures["serving_default"]
    name, spec = _only("inputs", list(function.structured_input_signature[1].items()))
    expected = _only("outputs", list(function(**{name: tensorflow.constant(sample)}).values()))
    signature = [tensorflow.TensorSpec([None] + list(sample.shape[1:]), spec.dtype, name=name)]
    convert.from_function(tensorflow.function(lambda value: function(**{name: value})), input_signature=signature, opset=opset, output_path=path)
    return expected


def _only(what, values):
    if len(values) != 1:
        raise Hopeless("source: the model has %d %s; one can be imported" % (len(values), what))
    return values[0]
