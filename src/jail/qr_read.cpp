/* qr_read.cpp - see qr_read.h. */
#include "jail/qr_read.h"

#define ZX_USE_UTF8
#include <ZXing/ReadBarcode.h>
#include <cstring>
#include <exception>
#include <string>

int qr_read(const uint8_t *modules, int size, int across, int down, uint8_t *text, size_t room)
try {
	const auto hints = ZXing::DecodeHints()
	                           .setFormats(ZXing::BarcodeFormat::QRCode)
	                           .setBinarizer(ZXing::Binarizer::BoolCast)
	                           .setIsPure(true);
	const auto result = ZXing::ReadBarcode({modules, size, size, ZXing::ImageFormat::Lum, down, across}, hints);
	if (!result.isValid())
		return -1;
	const std::string s = result.text();
	std::memcpy(text, s.data(), s.size() < room ? s.size() : room);
	return static_cast<int>(s.size());
} catch (const std::exception &) {
	return -1;
}
