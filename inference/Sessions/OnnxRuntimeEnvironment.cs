using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Sessions;

/// <summary>
/// The process's one ONNX Runtime environment. Its thread pool is shared by every session, so that many loaded models do not bring
/// many pools that fight over the cores.
/// </summary>
public static class OnnxRuntimeEnvironment
{
    private static readonly Lock Gate = new();
    private static int sharesThreadPool = -1;

    /// <summary>Options for a session in this environment. The caller disposes them.</summary>
    public static SessionOptions CreateSessionOptions()
    {
        bool shared = EnsureCreated();
        var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        if (shared)
        {
            options.DisablePerSessionThreads();
        }
        else
        {
            // Someone created the environment first, without a shared pool.
            options.IntraOpNumThreads = Environment.ProcessorCount;
        }

        return options;
    }

    /// <summary>Creates the environment unless it exists.</summary>
    /// <returns>Whether it has the shared thread pool.</returns>
    public static bool EnsureCreated()
    {
        lock (Gate)
        {
            if (sharesThreadPool < 0)
            {
                sharesThreadPool = Create() ? 1 : 0;
            }

            return sharesThreadPool == 1;
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
