using System.Diagnostics;
using System.Text.Json;

namespace EndToEnd.Tests.Fixtures;

/// <summary>A model made by the real PyTorch: TorchScript of two inputs and outputs, a sample for it, and what it answers to another request.</summary>
internal sealed class TorchModel
{
    private const string Script =
        """
        import json, sys, numpy, torch

        class Net(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.words = torch.nn.Embedding(10, 4)
                self.mix = torch.nn.Linear(7, 3)

            def forward(self, x, word):
                scores = self.mix(torch.cat((x, self.words(word)), 1))
                return torch.softmax(scores, 1), scores.argmax(1)

        torch.manual_seed(3)
        net = Net().eval()
        folder = sys.argv[1]
        torch.jit.save(torch.jit.script(net), folder + "/net.pt")
        numpy.savez(folder + "/sample.npz", word=numpy.array([1, 9, 4], numpy.int64), x=torch.randn(3, 3).numpy())
        numpy.save(folder + "/short.npy", numpy.zeros((2, 3), numpy.float32))
        x, word = torch.randn(2, 3), torch.tensor([7, 0])
        with torch.no_grad():
            scores, best = net(x, word)
        with open(folder + "/answer.json", "w") as file:
            json.dump({"x": x.flatten().tolist(), "word": word.tolist(), "scores": scores.flatten().tolist(), "best": best.tolist()}, file)
        """;

    private TorchModel(JsonElement answer) => Answer = answer;

    /// <summary>Two rows: <c>x</c> [2, 3] and <c>word</c> [2], and PyTorch's own <c>scores</c> [2, 3] and <c>best</c> [2].</summary>
    public JsonElement Answer { get; }

    /// <summary>Makes net.pt, sample.npz and short.npy, which lacks an input, in a folder.</summary>
    public static async Task<TorchModel> CreateAsync(string folder)
    {
        // In a file: TorchScript reads a class's source.
        string script = Path.Combine(folder, "make_net.py");
        await File.WriteAllTextAsync(script, Script);
        var start = new ProcessStartInfo(Repository.Python, ["-B", "-W", "ignore", script, folder]) { RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Patience.Limit);
        string error = await process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.AreEqual(0, process.ExitCode, error);
        return new(JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(Path.Combine(folder, "answer.json"), limit.Token)));
    }
}
