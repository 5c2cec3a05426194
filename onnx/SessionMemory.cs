using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Onnx;

/// <summary>
/// What a session's memory arena has taken from the system: its weights, packed for its kernels, and whatever its largest run so far needed,
/// which it keeps. The C# binding has no method for these numbers, but ONNX Runtime's public C API has (onnxruntime_c_api.h), whose table of functions the
/// binding describes.
/// </summary>
internal sealed unsafe class SessionMemory(InferenceSession session) : IDisposable
{
    // The first that has the statistics.
    private const uint ApiVersion = 23;

    private static readonly OrtApi Api = Functions();
    private static readonly nint TotalAllocated = Marshal.StringToCoTaskMemUTF8("TotalAllocated");

    private readonly OrtAllocator allocator = new(session, OrtMemoryInfo.DefaultInstance);

    /// <summary>Bytes; 0 where ONNX Runtime keeps no such numbers.</summary>
    public long Bytes
    {
        get
        {
            if (Api.AllocatorGetStats == 0)
            {
                return 0;
            }

            nint pairs = 0;
            nint status = ((delegate* unmanaged<nint, nint*, nint>)Api.AllocatorGetStats)(allocator.DangerousGetHandle(), &pairs);
            if (status != 0)
            {
                ((delegate* unmanaged<nint, void>)Api.ReleaseStatus)(status);
                return 0;
            }

            nint value = ((delegate* unmanaged<nint, nint, nint>)Api.GetKeyValue)(pairs, TotalAllocated);
            long bytes = value != 0 && long.TryParse(Marshal.PtrToStringUTF8(value), NumberStyles.None, CultureInfo.InvariantCulture, out long parsed) ? parsed : 0;
            ((delegate* unmanaged<nint, void>)Api.ReleaseKeyValuePairs)(pairs);
            return bytes;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => allocator.Dispose();

    // None where the library is older than the version.
    private static OrtApi Functions()
    {
        nint library = NativeLibrary.Load("onnxruntime", typeof(OrtValue).Assembly, null);
        var getBase = (delegate* unmanaged<nint*>)NativeLibrary.GetExport(library, "OrtGetApiBase");
        var getApi = (delegate* unmanaged<uint, nint>)getBase()[0];
        nint api = getApi(ApiVersion);
        return api == 0 ? default : Marshal.PtrToStructure<OrtApi>(api);
    }
}
