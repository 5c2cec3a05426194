using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Sessions;

/// <summary>ONNX Runtime's C API, for what the C# binding does not offer. Its functions keep their places from version to version (onnxruntime_c_api.h).</summary>
internal static unsafe class NativeApi
{
    /// <summary>The functions of a version of the API, by their places; null where the library is older.</summary>
    public static nint* Functions(uint version)
    {
        nint library = NativeLibrary.Load("onnxruntime", typeof(OrtValue).Assembly, null);
        var getBase = (delegate* unmanaged<nint*>)NativeLibrary.GetExport(library, "OrtGetApiBase");
        var getApi = (delegate* unmanaged<uint, nint*>)getBase()[0];
        return getApi(version);
    }
}
