using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DurableMl.Inference.Sessions;

/// <summary>
/// Makes ONNX Runtime's C# binding carry the element types that the native library has and the binding's table lacks (float8, int4, …);
/// without that it refuses every model that uses one in an input or output.
/// </summary>
internal static class ElementTypes
{
    private const int FirstMissing = 17;
    private const int FirstMisnumbered = 24;
    private const int Last = 26;

    private static readonly TensorElementType[] AsCreated = new TensorElementType[Last + 1];

    /// <summary>Registers them; before the first session, because the binding's table is not made for concurrent changes.</summary>
    public static void Register()
    {
        Dictionary<TensorElementType, TensorElementTypeInfo> known;
        try
        {
            known = Known(null);
        }
        catch (MissingFieldException)
        {
            // Another version of the binding. Models with these types are then refused when they are loaded, by the binding, by name.
            return;
        }

        for (int type = FirstMissing; type <= Last; type++)
        {
            // With the size 0 the binding's check, bytes = elements × size, lets packed types pass too; the bytes are checked where they come in.
            known.TryAdd((TensorElementType)type, new(typeof(byte), 0));
            AsCreated[type] = (TensorElementType)type;
        }

        Renumber();
    }

    /// <summary>The number that creates a tensor of <paramref name="element"/>.</summary>
    public static TensorElementType ToCreate(TensorElementType element) => (int)element < FirstMisnumbered ? element : AsCreated[(int)element];

    // ONNX Runtime 1.29 reports the last three types by its own enumeration but takes ONNX's numbers, whose order is another, to create them. So ask.
    private static void Renumber()
    {
        for (int type = FirstMisnumbered; type <= Last; type++)
        {
            using OrtValue value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, (TensorElementType)type, [1]);
            AsCreated[(int)value.GetTensorTypeAndShape().ElementDataType] = (TensorElementType)type;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "tensorElementTypeInfoMap")]
    private static extern ref Dictionary<TensorElementType, TensorElementTypeInfo> Known(TensorBase? binding);
}
