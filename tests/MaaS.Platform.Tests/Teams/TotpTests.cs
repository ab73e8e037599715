// The codes of an authenticator app against the examples of RFC 6238 (appendix B) and RFC 4648 (section 10).
using System.Text;
using MaaS.Catalog.Teams;
using Xunit;

namespace MaaS.Platform.Tests.Teams;

public sealed class TotpTests
{
    private static readonly byte[] s_secret = Encoding.ASCII.GetBytes("12345678901234567890");

    [Theory]
    [InlineData(59, "94287082")]
    [InlineData(1111111109, "07081804")]
    [InlineData(1111111111, "14050471")]
    [InlineData(1234567890, "89005924")]
    [InlineData(2000000000, "69279037")]
    [InlineData(20000000000, "65353130")]
    public void Codes_are_those_of_the_RFC(long seconds, string code) =>
        Assert.Equal(code, Totp.Code(s_secret, Totp.Step(DateTimeOffset.FromUnixTimeSeconds(seconds)), digits: 8));

    [Theory]
    [InlineData(-60, false)]
    [InlineData(-30, true)]
    [InlineData(0, true)]
    [InlineData(30, true)]
    [InlineData(60, false)]
    public void A_code_is_taken_a_step_early_and_a_step_late(int seconds, bool taken)
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(1234567890);
        var code = Totp.Code(s_secret, Totp.Step(at.AddSeconds(seconds)));

        Assert.Equal(taken ? Totp.Step(at.AddSeconds(seconds)) : null, Totp.Match(s_secret, code, at));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Base32_is_that_of_the_RFC_without_padding(string text, string encoded) =>
        Assert.Equal(encoded, Totp.Base32(Encoding.ASCII.GetBytes(text)));
}
