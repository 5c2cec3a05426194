using DurableMl.Local.BatchEmulator.Processes;
using FsCheck;
using FsCheck.Fluent;

namespace BatchEmulator.Tests.Processes;

[TestClass]
public sealed class CommandLineTests
{
    [TestMethod]
    [DataRow("python3 runner.py --rate 0.1", "python3|runner.py|--rate|0.1")]
    [DataRow("  spaced   out  ", "spaced|out")]
    [DataRow("/bin/sh -c 'echo \"$HOME\" && ls'", "/bin/sh|-c|echo \"$HOME\" && ls")]
    [DataRow("/bin/bash -c \"echo \\\"quoted\\\" 'single'\"", "/bin/bash|-c|echo \"quoted\" 'single'")]
    [DataRow("a\\ b 'c'\"d\"e", "a b|cde")]
    [DataRow("\"\\n stays\" ''", "\\n stays|")]
    public void Quotes_are_understood_and_nothing_else(string commandLine, string expected) =>
        Assert.AreEqual(expected, string.Join('|', CommandLine.Split(commandLine)));

    [TestMethod]
    [DataRow("")]
    [DataRow("   ")]
    [DataRow("echo 'open")]
    [DataRow("echo \"open")]
    public void An_empty_or_unclosed_command_line_is_refused(string commandLine) =>
        Assert.ThrowsExactly<FormatException>(() => CommandLine.Split(commandLine));

    [TestMethod]
    public void Whatever_is_quoted_comes_back_whole() =>
        Prop.ForAll(Gen.NonEmptyListOf(Gen.ArrayOf(Gen.Elements("ab \t'\"\\$`é;&|*\n".ToCharArray())).Select(c => new string(c))).ToArbitrary(), arguments =>
        {
            var line = string.Join(' ', arguments.Select(a => "'" + a.Replace("'", "'\\''", StringComparison.Ordinal) + "'"));
            return CommandLine.Split(line).SequenceEqual(arguments).Label(line);
        }).QuickCheckThrowOnFailure();
}
