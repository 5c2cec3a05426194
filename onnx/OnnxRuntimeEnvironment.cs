using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Onnx;

/// <summary>
/// The process's one ONNX Runtime environment. Its thread pool is shared by every session, so that many loaded models do not bring
/// many pools that fight over the cores.
/// </summary>
public static class OnnxRuntimeEnvironment
{
    private static readonly Lazy<bool> SharesThreadPool = new(Create);

    /// <summary>Options for a session in this environment. The caller disposes them.</summary>
    /// <param name="threads">Threads of one run; null for the shared pool. One stays on the thread that asks: handing out the work of a small model takes longer than the work.</param>
    public static SessionOptions CreateSessionOptions(int? threads = null)
    {
        bool shared = SharesThreadPool.Value;
        var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        UseGpuIfThereIsOne(options);
        if (shared && threads is null)
        {
            options.DisablePerSessionThreads();
        }
        else
        {
            // Without a shared pool, someone created the environment first.
            options.IntraOpNumThreads = threads ?? Environment.ProcessorCount;
            options.InterOpNumThreads = 1;
        }

        return options;
    }

    /// <summary>Creates the environment unless it exists.</summary>
    public static void EnsureCreated() => _ = SharesThreadPool.Value;

    // Only a build with -p:Cuda=true has the provider.
    private static void UseGpuIfThereIsOne(SessionOptions options)
    {
        if (OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider"))
        {
            options.AppendExecutionProvider_CUDA();
        }
    }

    private static bool Create()
    {
        if (OrtEnv.IsCreated)
        {
            return false;
        }

        using var threads = new OrtThreadingOptions
        {
            GlobalIntraOpNumThreads = Environment.ProcessorCount,
            GlobalInterOpNumThreads = 1,
            // Spinning workers would take the cores from the HTTP server between two runs.
            GlobalSpinControl = false,
        };
        var options = new EnvironmentCreationOptions { logId = "DurableMl", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, threadOptions = threads };
        OrtEnv.CreateInstanceWithOptions(ref options);
        return true;
    }
}
