using System.IO.Enumeration;
using System.Xml.Linq;

namespace Serving.Tests;

[TestClass]
public sealed class ImageTests
{
    [TestMethod]
    public void The_image_is_built_of_every_project_that_the_server_needs()
    {
        string root = Repository.Root;
        string[] copied = [.. File.ReadLines(Path.Combine(root, "serving", "Dockerfile")).Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal))
            .SelectMany(line => line.Split(' ')[1..^1])];
        string[] needed = [.. Projects(Path.Combine(root, "serving", "DurableMl.Serving.csproj")).Select(project => Path.GetRelativePath(root, Path.GetDirectoryName(project)!)).Distinct()];

        CollectionAssert.IsSubsetOf(needed, copied);
        CollectionAssert.IsSubsetOf(new[] { "inference", "onnx", "registry", "features", "json" }, needed);
        // What the compiler and its analyzers take from the root; without the first the build fails on rules that are off.
        CollectionAssert.IsSubsetOf(new[] { ".editorconfig", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json", "eng" }, copied);
        Assert.IsTrue(Array.TrueForAll(copied, path => Path.Exists(Path.Combine(root, path))), "Everything that is copied exists.");
        string[] sent = [.. File.ReadLines(Path.Combine(root, "serving", "Dockerfile.dockerignore")).Where(line => line.StartsWith('!')).Select(line => line[1..])];
        Assert.IsTrue(Array.TrueForAll(copied, path => sent.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, path))), "And Docker is sent it.");
    }

    private static IEnumerable<string> Projects(string project) =>
        XDocument.Load(project).Descendants("ProjectReference")
            .Select(reference => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(project)!, reference.Attribute("Include")!.Value)))
            .SelectMany(Projects)
            .Prepend(project);
}
