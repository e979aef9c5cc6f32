# Signs programs with the certificate in WINDOWS_CERTIFICATE (a .pfx in base64); without one it says so and leaves them as they are.
param([Parameter(Mandatory, ValueFromRemainingArguments)] [string[]] $Files)
$ErrorActionPreference = "Stop"
if (-not $env:WINDOWS_CERTIFICATE) { Write-Output "::notice::unsigned: there is no WINDOWS_CERTIFICATE"; exit 0 }
$signtool = Get-ChildItem "${env:ProgramFiles(x86)}\Windows Kits\10\bin\*\x64\signtool.exe" | Sort-Object FullName | Select-Object -Last 1
$certificate = Join-Path ([IO.Path]::GetTempPath()) "sfumato-signing.pfx"
try {
    [IO.File]::WriteAllBytes($certificate, [Convert]::FromBase64String($env:WINDOWS_CERTIFICATE))
    & $signtool sign /fd SHA256 /td SHA256 /tr http://timestamp.digicert.com /f $certificate /p $env:WINDOWS_CERTIFICATE_PASSWORD /d Sfumato $Files
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
} finally {
    Remove-Item -Force -ErrorAction SilentlyContinue $certificate
}
