using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Roost.LocalLambda.Http.ControlPlane;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Http.ControlPlane;

internal sealed class ZipFileSplitterTests
{
    [Test]
    public void However_a_request_is_cut_the_zip_and_the_rest_are_found()
    {
        const string Request = """{"FunctionName":"f\"{","Tags":{"ZipFile":"no"},"Code" : { "ZipFile" :"UEsD\/w==", "x":[{"ZipFile":"no"}]},"Environment":{"Variables":{"Code":"{","ZipFile":"no"}}}""";
        var bytes = Encoding.UTF8.GetBytes(Request);

        Prop.ForAll(Gen.Choose(1, 40).ListOf().ToArbitrary(), cuts =>
        {
            var (zip, splitter) = Split(bytes, cuts);
            return zip == "UEsD/w==" && splitter is { Zips: 1, IsTooLarge: false } && Encoding.UTF8.GetString(splitter.Rest.Span) == Request.Replace("UEsD\\/w==", "", StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure();
    }

    [TestCase("""{"ZipFile":"AA\u002BA"}""", "AA+A", 1)]
    [TestCase("""{"ZipFile":"A\r\nA"}""", "A  A", 1)]
    [TestCase("""{"ZipFile":"A\u00e4\"A"}""", "A??A", 1, Description = "? is no base64")]
    [TestCase("""{"ZipFile":null,"Code":"x"}""", "", 0)]
    [TestCase("""{"ZipFile":{"ZipFile":"A"}}""", "", 0)]
    [TestCase("""["ZipFile","A"]""", "", 0)]
    [TestCase("""{"ZipFile":"A","ZipFile":"B"}""", "AB", 2)]
    [TestCase("""{"x":"ZipFile","ZipFil\u0065":"A"}""", "", 0, Description = "no client escapes a name")]
    [TestCase("]]}}{", "", 0)]
    public void A_zip_is_what_stands_in_its_place(string request, string expected, int zips)
    {
        var (zip, splitter) = Split(Encoding.UTF8.GetBytes(request), []);

        Assert.That(zip, Is.EqualTo(expected));
        Assert.That(splitter.Zips, Is.EqualTo(zips));
    }

    [TestCase(100)]
    [TestCase(10)]
    public void What_is_kept_has_a_bound(int depth)
    {
        var (_, splitter) = Split(Encoding.UTF8.GetBytes(new string('[', depth) + new string(' ', 995 - depth) + "xxxxxx"), []);

        Assert.That(splitter.IsTooLarge);
        Assert.That(splitter.Rest.Length, Is.LessThanOrEqualTo(1000));
    }

    [Test]
    public void Base64_in_pieces_is_the_file_it_was([Values(0, 1, 2, 3, 100_000)] int size, [Values(1, 3, 4, 65_537)] int piece)
    {
        using var folder = new TemporaryFolder();
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        var text = Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes));
        using (var file = new Base64File(folder["zip"], 1_000_000))
        {
            foreach (var part in text.Chunk(piece))
            {
                file.Append(part);
            }

            Assert.That(file.Complete(), Is.EqualTo(Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(bytes))));
            Assert.That((file.IsValid, file.Bytes), Is.EqualTo((true, (long)size)));
        }

        Assert.That(File.ReadAllBytes(folder["zip"]), Is.EqualTo(bytes));
    }

    [TestCase("A")]
    [TestCase("AAA=AAAA")]
    [TestCase("?AAA")]
    public void What_is_no_base64_is_told(string text)
    {
        using var folder = new TemporaryFolder();
        using var file = new Base64File(folder["zip"], 1000);
        file.Append(Encoding.ASCII.GetBytes(text));
        file.Complete();

        Assert.That(file.IsValid, Is.False);
    }

    private static (string Zip, ZipFileSplitter Splitter) Split(byte[] request, IEnumerable<int> cuts)
    {
        var zip = new StringBuilder();
        var splitter = new ZipFileSplitter(chars => zip.Append(Encoding.ASCII.GetString(chars)), maxRest: 1000);
        var at = 0;
        foreach (var cut in cuts.TakeWhile(_ => at < request.Length))
        {
            splitter.Append(request.AsSpan(at, Math.Min(cut, request.Length - at)));
            at += cut;
        }

        splitter.Append(request.AsSpan(Math.Min(at, request.Length)));
        return (zip.ToString(), splitter);
    }
}
