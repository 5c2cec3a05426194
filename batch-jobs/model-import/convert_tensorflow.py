"""Keras .h5/.keras, TensorFlow SavedModel and TFLite to ONNX with tf2onnx. Runs in the container image; TensorFlow is not needed elsewhere."""
import numpy


def import_tensorflow(kind, source, sample, path, opset):
    """Writes the ONNX model and returns what the original answers to the sample."""
    import tensorflow
    import tf2onnx
    if kind == "tflite":
        interpreter = tensorflow.lite.Interpreter(model_path=source)
        (entry,), (exit_,) = interpreter.get_input_details(), interpreter.get_output_details()
        interpreter.resize_tensor_input(entry["index"], sample.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(entry["index"], sample)
        interpreter.invoke()
        expected = interpreter.get_tensor(exit_["index"])
        tf2onnx.convert.from_tflite(source, opset=opset, output_path=path)
        return numpy.asarray(expected)
    if kind == "keras":
        model = tensorflow.keras.models.load_model(source, compile=False)
        expected = model(sample, training=False)
        signature = [tensorflow.TensorSpec([None] + list(sample.shape[1:]), tensorflow.float32, name="input")]
        tf2onnx.convert.from_keras(model, input_signature=signature, opset=opset, output_path=path)
        return numpy.asarray(expected)
    function = tensorflow.saved_model.load(source).signatures["serving_default"]
    (name, spec), = function.structured_input_signature[1].items()
    (expected,) = function(**{name: tensorflow.constant(sample)}).values()
    signature = [tensorflow.TensorSpec([None] + list(sample.shape[1:]), spec.dtype, name=name)]
    tf2onnx.convert.from_function(tensorflow.function(lambda value: function(**{name: value})), input_signature=signature, opset=opset, output_path=path)
    return numpy.asarray(expected)
