using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DurableMl.Inference.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Values;

/// <summary>
/// Runs a model whose outputs may be absent. The C# binding asks every output for its type, which ends the process for an absent one; so
/// this goes through ONNX Runtime's C API and asks whether a value is there first.
/// </summary>
internal static unsafe class OptionalOutputs
{
    // The version and the places of functions in OrtApi (onnxruntime_c_api.h).
    private const uint ApiVersion = 14;
    private const int RunFunction = 9;
    private const int ReleaseValueFunction = 96;
    private const int HasValueFunction = 192;

    private static readonly nint* Api = NativeApi.Functions(ApiVersion);

    /// <returns>A value for each output, null for absent ones.</returns>
    /// <exception cref="OnnxRuntimeException">The values do not fit the model or the run failed.</exception>
    public static OrtValue?[] Run(InferenceSession session, RunOptions options, List<string> inputNames, List<OrtValue> inputs, IReadOnlyList<string> outputNames)
    {
        using var names = new NativeNames([.. inputNames, .. outputNames]);
        nint[] values = [.. inputs.Select(Handle)];
        nint[] outputs = new nint[outputNames.Count];
        bool held = false;
        options.DangerousAddRef(ref held);
        try
        {
            fixed (nint* name = names.Pointers, value = values, output = outputs)
            {
                var run = (delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)Api[RunFunction];
                Verify(null, run(Handle(session), options.DangerousGetHandle(), name, value, (nuint)values.Length, name + values.Length, (nuint)outputs.Length, output));
            }

            return Array.ConvertAll(outputs, Wrap);
        }
        finally
        {
            options.DangerousRelease();
        }
    }

    private static OrtValue? Wrap(nint value)
    {
        nint has = 0;
        Verify(null, ((delegate* unmanaged<nint, nint*, nint>)Api[HasValueFunction])(value, &has));
        if ((int)has != 0)
        {
            return Owned(value, true);
        }

        ((delegate* unmanaged<nint, void>)Api[ReleaseValueFunction])(value);
        return null;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Handle")]
    private static extern nint Handle(InferenceSession session);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Handle")]
    private static extern nint Handle(OrtValue value);

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern OrtValue Owned(nint handle, bool owned);

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "VerifySuccess")]
    private static extern void Verify([UnsafeAccessorType("Microsoft.ML.OnnxRuntime.NativeApiStatus, Microsoft.ML.OnnxRuntime")] object? status, nint nativeStatus);

    private sealed class NativeNames(string[] names) : IDisposable
    {
        public nint[] Pointers { get; } = Array.ConvertAll(names, Marshal.StringToCoTaskMemUTF8);

        public void Dispose() => Array.ForEach(Pointers, Marshal.FreeCoTaskMem);
    }
}
