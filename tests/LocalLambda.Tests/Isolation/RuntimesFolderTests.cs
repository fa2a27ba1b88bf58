using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Isolation;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Isolation;

internal sealed class RuntimesFolderTests
{
    private static readonly FunctionRuntime Python = FunctionRuntime.TryParse("python3.x")!;

    private readonly ManualTimeProvider _clock = new();
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Install()
    {
        _folder = new TemporaryFolder();
        Directory.CreateDirectory(_folder["installed/python"]);
        File.WriteAllText(_folder["installed/python/_roost_runtime.py"], "print(1)");
    }

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public async Task A_new_version_replaces_the_copy_and_the_same_one_leaves_it_alone()
    {
        await using var first = Open();
        File.WriteAllText(Path.Combine(first.Path, "mark"), "");
        await using var same = Open();
        Assert.That(File.Exists(Path.Combine(same.Path, "mark")));

        File.WriteAllText(_folder["installed/python/_roost_runtime.py"], "print(2)");
        await using var next = Open();

        Assert.That(File.ReadAllText(Path.Combine(next.Path, "python/_roost_runtime.py")), Is.EqualTo("print(2)"));
        Assert.That(Directory.Exists(first.Path), Is.False);
    }

    [Test]
    public async Task A_copy_that_was_cut_short_is_made_anew()
    {
        string path;
        await using (var folder = Open())
        {
            path = folder.Path;
        }

        Directory.Move(path, $"{path}.new");
        File.Delete($"{path}.new/python/_roost_runtime.py");

        await using var again = Open();

        Assert.That(File.Exists(Path.Combine(again.Path, "python/_roost_runtime.py")));
    }

    [Test]
    public async Task The_bootstraps_are_compiled_a_second_after_the_first_start()
    {
        await using var folder = Open();
        folder.Prepare(FunctionRuntime.TryParse("nodejs20.x")!);
        _clock.Advance(TimeSpan.FromMinutes(1));
        folder.Prepare(Python);
        folder.Prepare(Python);
        Assert.That(Directory.Exists(Path.Combine(folder.Path, "python/__pycache__")), Is.False);

        _clock.Advance(TimeSpan.FromSeconds(1));

        await Eventually.IsTrueAsync(
            () => Directory.Exists(Path.Combine(folder.Path, "python/__pycache__")) && Directory.GetFiles(Path.Combine(folder.Path, "python/__pycache__"), "*.pyc").Length == 1, "the compiled bootstrap");
    }

    [Test]
    public async Task Nothing_is_written_after_the_end()
    {
        var folder = Open();
        folder.Prepare(Python);
        _clock.Advance(TimeSpan.FromSeconds(1));

        await folder.DisposeAsync();

        Directory.Delete(_folder["data"], recursive: true);
        Assert.That(Directory.Exists(_folder["data"]), Is.False);
    }

    private RuntimesFolder Open() => new(_folder["installed"], _folder["data"], _clock);
}
