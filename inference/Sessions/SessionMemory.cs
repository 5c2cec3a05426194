using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Sessions;

/// <summary>
/// What a session's memory arena has taken from the system: its weights, packed for its kernels, and whatever its largest run so far needed,
/// which it keeps. The C# binding does not offer these numbers; ONNX Runtime's public C API does, in whose table functions keep their places
/// from version to version (onnxruntime_c_api.h).
/// </summary>
internal sealed unsafe class SessionMemory(InferenceSession session) : IDisposable
{
    // The version that has the statistics, and the places of functions in OrtApi.
    private const uint ApiVersion = 23;
    private const int ReleaseStatusFunction = 93;
    private const int GetKeyValueFunction = 297;
    private const int ReleaseKeyValuePairsFunction = 300;
    private const int AllocatorGetStatsFunction = 319;

    private static readonly nint* Api = Functions();
    private static readonly nint TotalAllocated = Marshal.StringToCoTaskMemUTF8("TotalAllocated");

    private readonly OrtAllocator allocator = new(session, OrtMemoryInfo.DefaultInstance);

    /// <summary>Bytes; 0 where ONNX Runtime keeps no such numbers.</summary>
    public long Bytes
    {
        get
        {
            if (Api == null)
            {
                return 0;
            }

            nint pairs = 0;
            nint status = ((delegate* unmanaged<nint, nint*, nint>)Api[AllocatorGetStatsFunction])(allocator.DangerousGetHandle(), &pairs);
            if (status != 0)
            {
                ((delegate* unmanaged<nint, void>)Api[ReleaseStatusFunction])(status);
                return 0;
            }

            nint value = ((delegate* unmanaged<nint, nint, nint>)Api[GetKeyValueFunction])(pairs, TotalAllocated);
            long bytes = value != 0 && long.TryParse(Marshal.PtrToStringUTF8(value), NumberStyles.None, CultureInfo.InvariantCulture, out long parsed) ? parsed : 0;
            ((delegate* unmanaged<nint, void>)Api[ReleaseKeyValuePairsFunction])(pairs);
            return bytes;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => allocator.Dispose();

    // Null where the library is older than the version.
    private static nint* Functions()
    {
        nint library = NativeLibrary.Load("onnxruntime", typeof(OrtValue).Assembly, null);
        var getBase = (delegate* unmanaged<nint*>)NativeLibrary.GetExport(library, "OrtGetApiBase");
        var getApi = (delegate* unmanaged<uint, nint*>)getBase()[0];
        return getApi(ApiVersion);
    }
}
