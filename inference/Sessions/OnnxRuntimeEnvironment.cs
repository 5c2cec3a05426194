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
    /// <param name="singleThreaded">Whether a run is to stay on the thread that asks for it: handing out the work of a small model takes longer than the work.</param>
    public static SessionOptions CreateSessionOptions(bool singleThreaded = false)
    {
        bool shared = EnsureCreated();
        var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        if (singleThreaded)
        {
            // No pool at all: a session of one thread runs on its caller's.
            options.IntraOpNumThreads = 1;
            options.InterOpNumThreads = 1;
        }
        else if (shared)
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
                ElementTypes.Register();
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
