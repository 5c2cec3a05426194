using System.Diagnostics;
using DurableMl.Inference.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Bench.Inference;

/// <summary>ONNX Runtime called in a loop by one thread, without a server: the limit.</summary>
internal static class RawLoop
{
    public static Measurement Run(string path, float[] pixels, long[] shape, TimeSpan length)
    {
        using ModelSession session = ModelSession.Load(path);
        return Time(() => session.Run(pixels, shape), length);
    }

    /// <summary>The same with IoBinding: input and output are bound once, to memory that stays.</summary>
    public static Measurement Bound(string path, float[] pixels, long[] shape, int outputs, TimeSpan length)
    {
        using SessionOptions options = OnnxRuntimeEnvironment.CreateSessionOptions(singleThreaded: new FileInfo(path).Length < 2 << 20);
        using var session = new InferenceSession(path, options);
        using var run = new RunOptions();
        using OrtIoBinding binding = session.CreateIoBinding();
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(pixels, shape);
        using OrtValue output = OrtValue.CreateTensorValueFromMemory(new float[shape[0] * outputs], [shape[0], outputs]);
        binding.BindInput("image", input);
        binding.BindOutput("scores", output);
        return Time(() => session.RunWithBinding(run, binding), length);
    }

    private static Measurement Time(Action run, TimeSpan length)
    {
        for (int i = 0; i < 20; i++)
        {
            run();
        }

        var latencies = new List<double>(1 << 20);
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < length)
        {
            long start = Stopwatch.GetTimestamp();
            run();
            latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        double rate = latencies.Count / clock.Elapsed.TotalSeconds;
        latencies.Sort();
        return new(rate, latencies[latencies.Count / 2], latencies[(int)(latencies.Count * 0.99)], latencies.Count, 0);
    }
}
