using System.Diagnostics;
using System.Text;
using Roost.LocalLambda.Code;
using Roost.LocalLambda.Tests.Code.Zip;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Code;

internal sealed class ZipPackageTests
{
    private const long MaxBytes = 1024 * 1024;
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TemporaryFolder();
        Directory.CreateDirectory(_folder["code"]);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    private static IEnumerable<TestCaseData> Hostile()
    {
        yield return Case("no zip", "function"u8.ToArray(), "it is no zip");
        yield return Case("nothing", [], "it is no zip");
        yield return Case("no entries", new ZipBuilder().ToArray(), "it is empty");
        yield return Case("cut off", ZipBuilder.Of("main.py")[..^1], "it is no zip, or it is cut off");
        yield return Case("cut in two", ZipBuilder.Of("main.py")[..40], "it is no zip, or it is cut off");
        yield return Case("bytes behind", new ZipBuilder { After = [0] }.Add("a").ToArray(), "other bytes follow it");
        yield return Case("bytes before", [.. "#!/bin/sh\n"u8, .. ZipBuilder.Of("a")], "its directory is not where its end says");
        yield return Case("more entries than told", new ZipBuilder { Count = 1 }.Add("a").Add("b").ToArray(), "its directory has more entries");
        yield return Case("fewer entries than told", new ZipBuilder { Count = 2 }.Add("a").ToArray(), "its directory has fewer entries");
        yield return Case("a million entries by its end", new ZipBuilder { Count = 1_000_000, IsZip64 = true }.Add("a").ToArray(), "it has 1000000 entries, of which 100000 are allowed");
        yield return Case("a count below zero", new ZipBuilder { Count = -1, IsZip64 = true }.Add("a").ToArray(), "its directory has fewer entries");
        yield return Case("absolute", ZipBuilder.Of("/etc/passwd"), "entry '/etc/passwd' has an absolute path");
        yield return Case("drive", ZipBuilder.Of("C:evil"), "entry 'C:evil' has an absolute path");
        yield return Case("up", ZipBuilder.Of("../evil"), "entry '../evil' has ..");
        yield return Case("up in the middle", ZipBuilder.Of("a/../../evil"), "entry 'a/../../evil' has ..");
        yield return Case("up at the end", ZipBuilder.Of("a/.."), "has ..");
        yield return Case("backslash", ZipBuilder.Of("..\\evil"), "entry '..\\evil' has a backslash");
        yield return Case("zero", ZipBuilder.Of("main.py\0.txt"), "entry 'main.py\\x00.txt' has a control character");
        yield return Case("terminal", ZipBuilder.Of("\u001b[2J"), "entry '\\x1B[2J' has a control character");
        yield return Case("no name", ZipBuilder.Of(""), "has no name");
        yield return Case("empty part", ZipBuilder.Of("a//b"), "entry 'a//b' has .. or an empty part");
        yield return Case("the root as a file", ZipBuilder.Of("."), "has the name of the folder");
        yield return Case("not UTF-8", new ZipBuilder().Add([0xFF, (byte)'a'], []).ToArray(), "entry '\\xFFa' has a name that is not UTF-8");
        yield return Case("long part", ZipBuilder.Of(new string('ä', 128)), "a part of more than 255 bytes");
        yield return Case("long name", ZipBuilder.Of(string.Join('/', Enumerable.Repeat("0123456789", 200))), "has a name of more than 2048 bytes");
        yield return Case("deep folders", Deep(), "makes all names together longer than 16 MiB");
        yield return Case("twice", new ZipBuilder().Add("a").Add("a").ToArray(), "entry 'a' is there twice");
        yield return Case("twice in other words", new ZipBuilder().Add("a/b").Add("./a/./b").ToArray(), "entry './a/./b' is there twice");
        yield return Case("file and folder", new ZipBuilder().Add("a").Add("a/b").ToArray(), "entry 'a/b' lies in a, which is a file");
        yield return Case("folder and file", new ZipBuilder().Add("a/b").Add("a").ToArray(), "entry 'a' is there twice, or as a file and a folder");
        yield return Case("a link out", new ZipBuilder().Link("a", "/etc").ToArray(), "entry 'a' is a symbolic link to the absolute path /etc");
        yield return Case("a link up", new ZipBuilder().Link("a/b", "../../x").ToArray(), "entry 'a/b' is a symbolic link to ../../x, which leads out");
        yield return Case("a link up through a link", new ZipBuilder().Link("a/b/up", "../..").Link("out", "a/b/up/../x").ToArray(), "entry 'out' is a symbolic link");
        yield return Case("a file through a link", new ZipBuilder().Link("a", "b").Add("a/evil").ToArray(), "entry 'a/evil' lies behind the symbolic link a");
        yield return Case("a link over a folder", new ZipBuilder().Add("a/evil").Link("a", "b").ToArray(), "entry 'a' is there twice");
        yield return Case("an empty link", new ZipBuilder().Link("a", "").ToArray(), "a symbolic link to nothing");
        yield return Case("a long link", new ZipBuilder().Link("a", new string('a', 5000)).ToArray(), "a path that is too long");
        yield return Case("a device", new ZipBuilder().Add("null", "", entry => entry.Mode = 0x21B6).ToArray(), "entry 'null' is a pipe, socket or device");
        yield return Case("a pipe", new ZipBuilder().Add("pipe", "", entry => entry.Mode = 0x11B6).ToArray(), "is a pipe, socket or device");
        yield return Case("encrypted", new ZipBuilder().Add("a", "x", entry => entry.Flags = 1).ToArray(), "entry 'a' is encrypted");
        yield return Case("another method", new ZipBuilder().Add("a", "x", entry => entry.Method = 93).ToArray(), "entry 'a' is compressed by method 93");
        yield return Case("wrong checksum", new ZipBuilder().Add("a", "x", entry => entry.Checksum++).ToArray(), "entry 'a' is damaged");
        yield return Case("no deflate", new ZipBuilder().Add("a", "x", entry => entry.Packed = [0xFF, 0xFF]).ToArray(), "entry 'a' cannot be decompressed");
        yield return Case("less than told", new ZipBuilder().Add("a", "x", entry => entry.Bytes = 2).ToArray(), "entry 'a' is damaged");
        yield return Case("more than told", new ZipBuilder().Add("a", new string('x', 200_000), entry => entry.Bytes = 1000).ToArray(), "entry 'a' is larger than the zip's directory says");
        yield return Case("a bomb that says so", new ZipBuilder().Add("a", new string('\0', 2_000_000)).ToArray(), "unzipped size must be smaller than 1048576 bytes");
        yield return Case("two halves of a bomb", new ZipBuilder().Add("a", new string('\0', 600_000)).Add("b", new string('\0', 600_000)).ToArray(), "unzipped size must be smaller");
        yield return Case("a size of 4 exbibytes", new ZipBuilder { IsZip64 = true }.Add("a", "x", entry => entry.Bytes = long.MaxValue / 2).Add("b", "x", entry => entry.Bytes = long.MaxValue - 5).ToArray(), "unzipped size must be smaller");
        yield return Case("overlapping", new ZipBuilder().Add("a").Add("a2", "x", entry => entry.Offset = 0).ToArray(), "overlaps another");
        yield return Case("into the directory", new ZipBuilder().Add("a", "x", entry => entry.PackedBytes = 20).ToArray(), "entry 'a' overlaps another");
        yield return Case("beyond the file", new ZipBuilder().Add("a", "x", entry => entry.Offset = 4_000_000_000).ToArray(), "entry 'a' lies where nothing can be");
        yield return Case("another name at its place", new ZipBuilder().Add("a", "x", entry => entry.LocalName = "b"u8.ToArray()).ToArray(), "entry 'a' is called b at its place");
        yield return Case("a folder with content", new ZipBuilder().Add("a/", "x").ToArray(), "entry 'a/' is a folder with content");

        static TestCaseData Case(string name, byte[] zip, string reason) => new TestCaseData(zip, reason).SetArgDisplayNames(name);

        static byte[] Deep()
        {
            var zip = new ZipBuilder();
            for (var i = 0; i < 110; i++)
            {
                zip.Add($"{i}/" + string.Concat(Enumerable.Repeat("a/", 950)), "", entry => entry.Mode = 0x41ED);
            }

            return zip.ToArray();
        }
    }

    [TestCaseSource(nameof(Hostile))]
    public void A_hostile_zip_is_refused_with_the_entry_and_the_reason(byte[] zip, string reason)
    {
        Assert.That(() => Unpack(zip), Throws.TypeOf<InvalidCodeException>().With.Message.Contains(reason));
        Assert.That(Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName), Is.EquivalentTo(new[] { "code", "function.zip" }), "nothing beside the folder it may write to");
    }

    [Test]
    public void A_zip_of_damaged_bytes_is_refused_or_unpacked_inside_and_nothing_else()
    {
        var sound = new ZipBuilder { Comment = "c" }.Add("main.py", "print(1)").Add("a/b", "x", entry => entry.Method = 0).Link("l", "a/b").Add("d/", "").ToArray();
        var random = new Random(20261121);
        for (var i = 0; i < 2000; i++)
        {
            var zip = sound.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                zip[random.Next(zip.Length)] = (byte)random.Next(256);
            }

            try
            {
                Unpack(zip);
            }
            catch (InvalidCodeException)
            {
                // As it should be.
            }

            Assert.That(Directory.GetFileSystemEntries(_folder.Path), Has.Length.EqualTo(2));
            Directory.Delete(_folder["code"], recursive: true);
            Directory.CreateDirectory(_folder["code"]);
        }
    }

    [Test]
    public void Only_who_may_execute_is_taken_of_the_modes()
    {
        Unpack(new ZipBuilder()
            .Add("none", "1", entry => (entry.Mode, entry.MadeOn) = (0, 0))     // as Windows writes it
            .Add("closed", "1", entry => entry.Mode = 0x8000)
            .Add("bootstrap", "1", entry => entry.Mode = 0x8140)               // r-x for its owner alone
            .Add("setuid", "1", entry => entry.Mode = 0x8000 | 0xFFF)
            .ToArray());

        const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        Assert.That(File.GetUnixFileMode(Code("none")), Is.EqualTo(ReadOnly));
        Assert.That(File.GetUnixFileMode(Code("closed")), Is.EqualTo(ReadOnly));
        Assert.That(File.GetUnixFileMode(Code("bootstrap")), Is.EqualTo(ReadOnly | AnyExecute));
        Assert.That(File.GetUnixFileMode(Code("setuid")), Is.EqualTo(ReadOnly | AnyExecute));
    }

    [Test]
    public void Links_inside_case_and_names_of_any_language_stay_as_they_are([Values] bool zip64)
    {
        Unpack(new ZipBuilder { IsZip64 = zip64, Comment = "made by hand" }
            .Link("node_modules/.bin/tool", "../tool/cli.js")
            .Add("node_modules/tool/cli.js", "tool")
            .Add("./Main.py", "upper").Add("main.py", "lower").Add("größe.txt", "ä")
            .Add("empty/", "").Add("empty/", "")
            .Link("dangling", "nowhere")
            .ToArray());

        Assert.That(File.ReadAllText(Code("node_modules/.bin/tool")), Is.EqualTo("tool"));
        Assert.That(File.ReadAllText(Code("Main.py")) + File.ReadAllText(Code("main.py")) + File.ReadAllText(Code("größe.txt")), Is.EqualTo("upperlowerä"));
        Assert.That(Directory.Exists(Code("empty")));
        Assert.That(new FileInfo(Code("dangling")).LinkTarget, Is.EqualTo("nowhere"));
    }

    [TestCase("/usr/bin/zip", "-qry", "ZIP", ".")]
    [TestCase("/usr/bin/python3", "-m", "zipfile", "-c", "ZIP", "main.py", "lib", "große datei")]
    public void Zips_of_the_usual_tools_are_unpacked(string tool, params string[] arguments)
    {
        var source = Directory.CreateDirectory(_folder["source"]).FullName;
        Directory.CreateDirectory(Path.Combine(source, "lib"));
        File.WriteAllText(Path.Combine(source, "main.py"), "print(1)");
        File.WriteAllBytes(Path.Combine(source, "lib/large"), [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * i >> 3))]);
        File.WriteAllText(Path.Combine(source, "große datei"), "ß");
        File.SetUnixFileMode(Path.Combine(source, "main.py"), UnixFileMode.UserRead | AnyExecute);
        var start = new ProcessStartInfo(tool, arguments.Select(argument => argument == "ZIP" ? _folder["function.zip"] : argument)) { WorkingDirectory = source };
        start.Environment["LANG"] = "C.UTF-8";
        using (var process = Process.Start(start)!)
        {
            process.WaitForExit();
            Assert.That(process.ExitCode, Is.Zero);
        }

        ZipPackage.Unpack(_folder["function.zip"], _folder["code"], MaxBytes);

        foreach (var file in (string[])["main.py", "lib/large", "große datei"])
        {
            Assert.That(File.ReadAllBytes(Code(file)), Is.EqualTo(File.ReadAllBytes(Path.Combine(source, file))), file);
        }

        Assert.That(File.GetUnixFileMode(Code("main.py")) & AnyExecute, Is.EqualTo(AnyExecute));
    }

    private string Code(string name) => Path.Combine(_folder["code"], name);

    private void Unpack(byte[] zip)
    {
        File.WriteAllBytes(_folder["function.zip"], zip);
        ZipPackage.Unpack(_folder["function.zip"], _folder["code"], MaxBytes);
    }
}
