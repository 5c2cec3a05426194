using System.Diagnostics;
using DurableMl.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Bench.Inference;

/// <summary>ONNX Runtime called in a loop by one thread, without a server: the limit.</summary>
internal static class RawLoop
{
    private static readonly RunOptions Options = new();

    public static Measurement Run(string path, float[] pixels, long[] shape, TimeSpan length)
    {
        using InferenceSession session = Open(path);
        return Run(session, pixels, shape, length);
    }

    /// <summary>A model for these loops, with the threads that the server gives it.</summary>
    public static InferenceSession Open(string path)
    {
        using SessionOptions options = OnnxRuntimeEnvironment.CreateSessionOptions(new FileInfo(path).Length < 2 << 20 ? 1 : null);
        return new InferenceSession(path, options);
    }

    /// <summary>The same with a model that is loaded.</summary>
    public static Measurement Run(InferenceSession session, float[] pixels, long[] shape, TimeSpan length) => Time(() => Run(session, pixels, shape), length);

    /// <summary>The same with IoBinding: input and output are bound once, to memory that stays.</summary>
    public static Measurement Bound(string path, float[] pixels, long[] shape, int outputs, TimeSpan length)
    {
        using InferenceSession session = Open(path);
        using var run = new RunOptions();
        using OrtIoBinding binding = session.CreateIoBinding();
        float[] scores = GC.AllocateArray<float>((int)shape[0] * outputs, pinned: true);
        float[] image = GC.AllocateArray<float>(pixels.Length, pinned: true);
        pixels.CopyTo(image, 0);
        // The binding keeps the native values; the memory is pinned for good.
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(image, shape);
        using OrtValue output = OrtValue.CreateTensorValueFromMemory(scores, [shape[0], outputs]);
        binding.BindInput("image", input);
        binding.BindOutput("scores", output);
        return Time(() => session.RunWithBinding(run, binding), length);
    }

    private static void Run(InferenceSession session, Memory<float> pixels, long[] shape)
    {
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, pixels, shape);
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(Options, session.InputNames, [input], session.OutputNames);
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
