; The Windows installer, made by Inno Setup 6: iscc /DVersion=0.1.0 /DSource=dist\Sfumato /DOutput=dist packaging\windows\sfumato.iss
; It needs no administrator: it installs for the user who runs it, unless that user asks for all.
#ifndef Version
  #error Give the version: /DVersion=0.1.0
#endif

[Setup]
AppId={{6E0B5D0C-6C2B-4C6B-9C34-6B1C7B0F5A51}
AppName=Sfumato
AppVersion={#Version}
AppPublisher=The Sfumato authors
DefaultDirName={autopf}\Sfumato
DefaultGroupName=Sfumato
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
OutputDir={#Output}
OutputBaseFilename=sfumato-{#Version}-windows-x86_64-setup
SetupIconFile=..\icons\sfumato.ico
UninstallDisplayIcon={app}\Sfumato.exe
LicenseFile=..\GPL-3.0.txt
Compression=lzma2
SolidCompression=yes
ChangesAssociations=yes
ChangesEnvironment=yes

[Tasks]
Name: desktopicon; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[Files]
Source: "{#Source}\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{group}\Sfumato"; Filename: "{app}\Sfumato.exe"
Name: "{autodesktop}\Sfumato"; Filename: "{app}\Sfumato.exe"; Tasks: desktopicon

[Registry]
; Documents open by a double click; pictures offer Sfumato under "Open with", and keep the program that they have.
Root: HKA; Subkey: "Software\Classes\.sfumato"; ValueType: string; ValueData: "Sfumato.Document"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\Sfumato.Document"; ValueType: string; ValueData: "Sfumato document"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Sfumato.Document\DefaultIcon"; ValueType: string; ValueData: "{app}\Sfumato.exe,0"
Root: HKA; Subkey: "Software\Classes\Sfumato.Document\shell\open\command"; ValueType: string; ValueData: """{app}\Sfumato.exe"" ""%1"""
Root: HKA; Subkey: "Software\Classes\Applications\Sfumato.exe\shell\open\command"; ValueType: string; ValueData: """{app}\Sfumato.exe"" ""%1"""; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Applications\Sfumato.exe\SupportedTypes"; ValueType: string; ValueName: ".png"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\Sfumato.exe\SupportedTypes"; ValueType: string; ValueName: ".jpg"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\Sfumato.exe\SupportedTypes"; ValueType: string; ValueName: ".tif"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\Sfumato.exe\SupportedTypes"; ValueType: string; ValueName: ".webp"; ValueData: ""

[Run]
Filename: "{app}\Sfumato.exe"; Description: "{cm:LaunchProgram,Sfumato}"; Flags: nowait postinstall skipifsilent
